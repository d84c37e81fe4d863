"""What can dols answer at once?"""
