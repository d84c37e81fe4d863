"""How does a simulated council live through weeks and months of simulated time?"""
