"""The whole life of real prompts on a real local model."""
