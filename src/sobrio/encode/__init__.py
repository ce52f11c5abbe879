"""Text encoders behind one port."""
