"""What a check found, written into the files people work with."""
