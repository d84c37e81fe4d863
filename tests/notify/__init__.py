"""Does notify tell whom it should, in order, once, and nobody else?"""
