"""有据 (youju): questions and drafts over Chinese department budgets, every figure traceable."""
