"""Output types. Those with a table are read by the planner, field by field."""
