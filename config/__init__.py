"""What the law and the practice say: settings, contract, rulebook, fees."""
