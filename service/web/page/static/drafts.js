// The view 起草.
