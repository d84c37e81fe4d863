"""Does the whole kernel keep its promises, whatever happens in whatever order?"""
