package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	tlog "github.com/transparency-dev/formats/log"
	tproof "github.com/transparency-dev/formats/proof"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"
)

// bundleFiles are the files of evidence for one event. Not read: report.txt (for people), and of policy.txt more than
// which log it is of: the trust list is the policy here.
var bundleFiles = []string{
	"checkpoint.latest", "consistency.txt", "event.jws", "event.tlog-proof", "keys.jwks", "manifest.json", "policy.txt", "report.txt",
}

// errKeyEvents says that the evidence depends on keys that were introduced or revoked by events, which are not read here.
var errKeyEvents = errors.New("the bundle has key events, which this program does not read")

// evidence is what a bundle was found to prove.
type evidence struct {
	Origin    string
	Index     uint64
	Size      uint64
	Latest    uint64
	Witnesses int
}

// verifyBundle checks evidence for one event: every file against the manifest, the event's signature, its inclusion, the
// head with at least so many cosignatures of the log's peers, and that the newest head continues it.
func (t *trustList) verifyBundle(archive []byte, witnesses int) (*evidence, error) {
	files, err := unpack(archive)
	if err != nil {
		return nil, err
	}
	if err := checkManifest(files); err != nil {
		return nil, err
	}
	if slices.ContainsFunc(slices.Collect(maps.Keys(files)), func(name string) bool { return strings.HasPrefix(name, "keys.proof/") }) {
		return nil, errKeyEvents
	}
	if names := slices.Sorted(maps.Keys(files)); !slices.Equal(names, bundleFiles) {
		return nil, fmt.Errorf("not the files of a bundle: %v", names)
	}
	key, err := t.openEvent(files["event.jws"])
	if err != nil {
		return nil, err
	}
	if err := checkKeySet(files["keys.jwks"], key); err != nil {
		return nil, err
	}
	return t.verifyPlace(files, witnesses)
}

func (t *trustList) verifyPlace(files map[string][]byte, witnesses int) (*evidence, error) {
	var at tproof.TLogProof
	if err := at.Unmarshal(files["event.tlog-proof"]); err != nil {
		return nil, err
	}
	origin, _, _ := strings.Cut(string(at.Checkpoint), "\n")
	owner := strings.TrimPrefix(origin, "delta-hub.cn/ledger/")
	if policy := string(files["policy.txt"]); !strings.Contains(policy, "log "+origin+"+") {
		return nil, errors.New("the head is of another log than the bundle's")
	}
	log, err := t.logOf(owner)
	if err != nil {
		return nil, err
	}
	peers, err := t.witnessesOf(owner)
	if err != nil {
		return nil, err
	}
	head, cosigners, err := log.openCosigned(string(at.Checkpoint), peers)
	if err != nil {
		return nil, fmt.Errorf("head: %w", err)
	}
	if cosigners < witnesses {
		return nil, fmt.Errorf("%d witnesses vouch for the head, %d are asked for", cosigners, witnesses)
	}
	hasher := rfc6962.DefaultHasher
	leaf := hasher.HashLeaf(files["event.jws"])
	path := make([][]byte, len(at.Hashes))
	for i := range at.Hashes {
		path[i] = at.Hashes[i][:]
	}
	if err := proof.VerifyInclusion(hasher, at.Index, head.Size, leaf, path, head.Hash); err != nil {
		return nil, err
	}
	latest, _, err := log.openCosigned(string(files["checkpoint.latest"]), peers)
	if err != nil {
		return nil, fmt.Errorf("newest head: %w", err)
	}
	between, err := hashLines(files["consistency.txt"])
	if err != nil {
		return nil, err
	}
	if err := proof.VerifyConsistency(hasher, head.Size, latest.Size, between, head.Hash, latest.Hash); err != nil {
		return nil, err
	}
	return &evidence{origin, at.Index, head.Size, latest.Size, cosigners}, nil
}

// openCosigned verifies a checkpoint and every cosignature of a known witness on it, and counts the witnesses.
func (l *log) openCosigned(checkpoint string, witnesses []note.Verifier) (*tlog.Checkpoint, int, error) {
	head, _, signed, err := tlog.ParseCheckpoint([]byte(checkpoint), l.origin, l.verifier, witnesses...)
	if err != nil {
		return nil, 0, err
	}
	return head, len(signed.Sigs) - 1, nil
}

func unpack(archive []byte) (map[string][]byte, error) {
	reader, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return nil, err
	}
	files := make(map[string][]byte)
	for _, entry := range reader.File {
		file, err := entry.Open()
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(io.LimitReader(file, 1<<20))
		if err = errors.Join(err, file.Close()); err != nil {
			return nil, err
		}
		if _, isTwice := files[entry.Name]; isTwice {
			return nil, fmt.Errorf("%s is in the archive twice", entry.Name)
		}
		files[entry.Name] = content
	}
	return files, nil
}

func checkManifest(files map[string][]byte) error {
	var manifest struct {
		Files  map[string]string
		Format string
	}
	if err := strictJSON(files["manifest.json"], &manifest); err != nil {
		return fmt.Errorf("manifest: %w", err)
	}
	if manifest.Format != "delta-hub.cn/evidence@v1" || len(manifest.Files) != len(files)-1 {
		return errors.New("manifest: not one of these files")
	}
	for name, want := range manifest.Files {
		if got := sha256.Sum256(files[name]); hex.EncodeToString(got[:]) != want {
			return fmt.Errorf("manifest: %s is another file", name)
		}
	}
	return nil
}

// checkKeySet compares the key that comes with the evidence with the trusted one.
func checkKeySet(jwks []byte, key *eventKey) error {
	var set struct {
		Keys []struct{ Alg, Crv, Kid, Kty, Use, X string }
	}
	if err := strictJSON(jwks, &set); err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	if len(set.Keys) != 1 || set.Keys[0].Kid != key.kid || set.Keys[0].X != key.x {
		return errors.New("keys: not the one trusted key of the event")
	}
	return nil
}

func hashLines(text []byte) ([][]byte, error) {
	var hashes [][]byte
	for line := range strings.Lines(string(text)) {
		hash, err := base64.StdEncoding.Strict().DecodeString(strings.TrimSuffix(line, "\n"))
		if err != nil {
			return nil, err
		}
		hashes = append(hashes, hash)
	}
	return hashes, nil
}
