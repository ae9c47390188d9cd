"""The register: what narrows its list, and the decisions of before."""
