"""Does the simulated council send what it says, and does it count honestly?"""
