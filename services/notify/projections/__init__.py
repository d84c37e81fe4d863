"""What can notify answer at once?"""
