"""What do law, forms and sums say of a deprivation of liberty?"""
