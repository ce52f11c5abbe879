"""The estimation core: activity in, energy, greenhouse gas, water, resources out."""
