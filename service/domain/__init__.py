"""What a budget is made of: quantities, coordinates, facts, documents, findings, errors."""
