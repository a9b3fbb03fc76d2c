// The view 核对.
