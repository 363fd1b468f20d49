"""What can be asked: the operations that HTTP, RPC and the queue share, with their requests and results."""
