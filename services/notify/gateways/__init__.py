"""How do we speak to partners' systems?"""
