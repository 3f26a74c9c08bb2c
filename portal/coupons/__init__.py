"""Pages of coupons."""
