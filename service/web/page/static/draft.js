// The view 草稿.
