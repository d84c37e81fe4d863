"""Would the tests notice, if one line of the kernel were wrong?"""
