"""What is compared: the Workers, the kinds of requests, the rows behind them, and the checks of the answers."""
