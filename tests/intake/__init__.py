"""Does intake keep what it promises to those who refer?"""
