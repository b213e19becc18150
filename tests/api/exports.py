"""exports.py LIBRARY HEADER: the library exports what the header declares, and nothing else."""
import re
import subprocess
import sys

library, header = sys.argv[1:3]
listing = subprocess.run(["nm", "-D", "--defined-only", library], check=True, text=True,
                         stdout=subprocess.PIPE).stdout
exported = {line.split()[-1].split("@")[0] for line in listing.splitlines()}
with open(header, encoding="ascii") as f:
    text = re.sub(r"/\*.*?\*/", "", f.read(), flags=re.S)
declared = set(re.findall(r"CANDOR_API[^;]*?\b(candor_\w+)\(", text))

for name in sorted(exported - declared):
    print(f"{name} is exported and not declared in the header")
for name in sorted(declared - exported):
    print(f"{name} is declared in the header and not exported")
print(f"{len(exported)} functions exported")
sys.exit(exported != declared or not declared)
