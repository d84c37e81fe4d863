"""What can intake answer at once?"""
