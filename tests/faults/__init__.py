"""What holds when something breaks?"""
