"""A synthetic practice, clean or dirty, of any size."""
