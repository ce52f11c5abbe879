"""What is asked, how hard it is, and what each model is expected to make of it."""
