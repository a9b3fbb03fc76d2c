// The view 核对结果.
