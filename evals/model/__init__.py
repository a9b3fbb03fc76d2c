"""What reaches the reader when the language model is honest, mistaken, hostile, slow or gone."""
