"""OpenAI's responses, to and from chat."""
