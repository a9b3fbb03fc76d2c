"""A question becomes a plan of formulas, the plan an answer whose every figure is bound to its source."""
