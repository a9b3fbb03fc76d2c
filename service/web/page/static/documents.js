// The view 文档.
