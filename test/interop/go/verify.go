package main

import (
	"bytes"
	"errors"
	"fmt"

	tlog "github.com/transparency-dev/formats/log"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"
)

// entryProof is one leaf with all that is needed to check it. Hashes are standard base64 in JSON.
type entryProof struct {
	Index      uint64   `json:"index"`
	TreeSize   uint64   `json:"treeSize"`
	RootHash   []byte   `json:"rootHash"`
	Path       [][]byte `json:"path"`
	Checkpoint string   `json:"checkpoint"`
	// Leaf is the compact JWS, byte for byte.
	Leaf string `json:"leaf"`
}

// log is a ledger as its readers know it: a name and a key.
type log struct {
	origin   string
	verifier note.Verifier
}

func newLog(origin, vkey string) (*log, error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return nil, err
	}
	if verifier.Name() != origin {
		return nil, fmt.Errorf("key of %q in the place of %q", verifier.Name(), origin)
	}
	return &log{origin: origin, verifier: verifier}, nil
}

// open verifies the signature of a checkpoint and that it is this log's, and only then reads it.
func (l *log) open(checkpoint string) (*tlog.Checkpoint, error) {
	head, _, _, err := tlog.ParseCheckpoint([]byte(checkpoint), l.origin, l.verifier)
	return head, err
}

// verify checks the checkpoint, that the proof is against it, and the proof.
func (l *log) verify(p entryProof) error {
	head, err := l.open(p.Checkpoint)
	if err != nil {
		return err
	}
	if head.Size != p.TreeSize || !bytes.Equal(head.Hash, p.RootHash) {
		return errors.New("the proof is not against its checkpoint")
	}
	leaf := rfc6962.DefaultHasher.HashLeaf([]byte(p.Leaf))
	return proof.VerifyInclusion(rfc6962.DefaultHasher, p.Index, head.Size, leaf, p.Path, head.Hash)
}
