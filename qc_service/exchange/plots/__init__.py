"""Charts of figures: axes, points, lines, limits and bands as values, drawn as SVG or on a page of a PDF."""
