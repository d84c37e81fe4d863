"""How does dols hear what does not come over HTTP or the bus?"""
