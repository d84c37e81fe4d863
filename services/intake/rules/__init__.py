"""What do law, good practice and arithmetic say about a referral as it arrives?"""
