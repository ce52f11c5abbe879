"""Facts with sources: models, sizes, prices, grids, factors."""
