"""Labels and other small print: symbols, text in one typeface, and drawings as PDF, PNG, SVG and ZPL."""
