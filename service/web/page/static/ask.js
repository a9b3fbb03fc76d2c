// The view 提问.
