"""What do law, local targets and the national collection say of an enquiry?"""
