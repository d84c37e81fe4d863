"""What does notify go by?"""
