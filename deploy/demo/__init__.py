"""Who plays the council's partners and staff, through the API and nothing else?"""
