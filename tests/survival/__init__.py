"""What survives a crash, a freeze, a restore and an order to stop?"""
