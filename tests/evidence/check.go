// Checks what the log has published with Go's own implementation of signed notes and Merkle proofs, which knows nothing
// of ours:
//
//	check VKEY PROOF LEAF-HASH OLD-CHECKPOINT CONSISTENCY-PROOF
//
// PROOF is a .tlog-proof file, LEAF-HASH is in hexadecimal digits, the last two are files: an older checkpoint, and a hash
// in base 64 on each line.
package main

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func read(file string) string {
	bytes, err := os.ReadFile(file)
	must(err)
	return string(bytes)
}

func hash(text string) tlog.Hash {
	bytes, err := base64.StdEncoding.DecodeString(text)
	must(err)
	var h tlog.Hash
	if copy(h[:], bytes) != len(h) || len(bytes) != len(h) {
		must(fmt.Errorf("not a hash: %q", text))
	}
	return h
}

func lines(text string) []string {
	text = strings.TrimSuffix(text, "\n")
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

// open verifies the checkpoint's signature and returns the tree it stands for.
func open(checkpoint string, verifier note.Verifier) tlog.Tree {
	opened, err := note.Open([]byte(checkpoint), note.VerifierList(verifier))
	must(err)
	text := lines(opened.Text)
	if len(text) < 3 || text[0] != verifier.Name() {
		must(fmt.Errorf("not a checkpoint of %s", verifier.Name()))
	}
	size, err := strconv.ParseInt(text[1], 10, 64)
	must(err)
	return tlog.Tree{N: size, Hash: hash(text[2])}
}

func main() {
	verifier, err := note.NewVerifier(os.Args[1])
	must(err)
	head, checkpoint, found := strings.Cut(read(os.Args[2]), "\n\n")
	if !found {
		must(fmt.Errorf("the proof has no checkpoint"))
	}
	now := open(checkpoint, verifier)
	proof := lines(head)
	if len(proof) < 2 || proof[0] != "c2sp.org/tlog-proof@v1" {
		must(fmt.Errorf("not a proof"))
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(proof[1], "index "), 10, 64)
	must(err)
	var path tlog.RecordProof
	for _, line := range proof[2:] {
		path = append(path, hash(line))
	}
	var leaf tlog.Hash
	bytes, err := hex.DecodeString(os.Args[3])
	must(err)
	copy(leaf[:], bytes)
	must(tlog.CheckRecord(path, now.N, now.Hash, index, leaf))

	old := open(read(os.Args[4]), verifier)
	var steps tlog.TreeProof
	for _, line := range lines(read(os.Args[5])) {
		steps = append(steps, hash(line))
	}
	must(tlog.CheckTree(steps, now.N, now.Hash, old.N, old.Hash))
	fmt.Printf("%d of %d\n", index, now.N)
}
