"""What a sentence states: figures with their coordinates, directions and reasons."""
