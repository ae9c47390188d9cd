"""One file for each step of the schema, dated and verb first."""
