"""OpenAI's chat completions: the shape in the middle, through which the others are translated."""
