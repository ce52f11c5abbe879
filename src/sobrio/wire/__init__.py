"""Between the shapes in which clients and upstreams speak: functions from JSON to JSON, and nothing else."""
