"""What older documents lack, given to them while everything goes on."""
